#!/bin/sh
# Only sys/ touches the system: no object outside it may need one of these symbols. The objects must
# be compiled with -O0 and without _FORTIFY_SOURCE, or htons and read leave no symbol.
#
#     os-symbols.sh OBJECTS      the folder that holds base/*.o, sys/*.o and so on
set -u
forbidden='
	socket socketpair bind listen accept accept4 connect shutdown getsockname getpeername
	getsockopt setsockopt send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg
	read write readv writev pread pwrite preadv pwritev splice tee vmsplice sendfile copy_file_range
	poll ppoll select pselect epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait
	eventfd timerfd_create signalfd inotify_init inotify_init1
	open openat creat close close_range pipe pipe2 dup dup2 dup3 fcntl ioctl lseek ftruncate fsync
	unlink unlinkat rename link symlink readlink mkdir rmdir chmod fchmod chown fchown umask access
	stat fstat lstat fstatat statx opendir fdopendir readdir closedir isatty ttyname tcgetattr
	tcsetattr mmap munmap
	getaddrinfo freeaddrinfo getnameinfo gethostbyname gethostbyaddr getservbyname getservbyport
	getservbyname_r getservbyport_r getservent_r setservent endservent
	getservent gethostname if_nametoindex if_indextoname getifaddrs freeifaddrs
	htons htonl ntohs ntohl
	signal sigaction sigprocmask pthread_sigmask sigwait raise kill pause alarm setitimer
	time clock_gettime gettimeofday nanosleep clock_nanosleep sleep usleep
	fork vfork execv execve execvp execvpe posix_spawn posix_spawnp system popen wait waitpid waitid
	clone closefrom faccessat setpgid setgroups setresgid setresuid
	getpwnam_r getpwuid_r getgrnam_r getgrouplist
	pthread_create pthread_join pthread_detach getpid getppid getuid geteuid setuid prctl syscall
	stdin stdout stderr fopen fdopen freopen fclose fread fwrite fflush fgets fputs fputc getc putc
	getline printf fprintf vprintf vfprintf dprintf vdprintf puts putchar perror exit _exit quick_exit
	json_dumpf json_dumpfd json_dump_file json_loadf json_loadfd json_load_file'

# From "FILE:SYMBOL TYPE ..." to the bare name: no version, no underscores before, no 64 behind.
find "$1" -name '*.o' ! -path "$1/sys/*" -exec "${NM:-nm}" -u -P -A {} + |
	awk -v list="$forbidden" -v top="$1/" '
	BEGIN { n = split(list, names); for (i = 1; i <= n; i++) forbidden[names[i]] = 1 }
	{
		seen = 1
		object = substr($1, length(top) + 1)
		sub(/:$/, "", object)
		symbol = name = $2
		sub(/@.*/, "", name)
		if (!(name in forbidden)) {
			sub(/^__(libc_|isoc[0-9]+_)?/, "", name)
			sub(/(64|_chk)$/, "", name)
		}
		if (name in forbidden) {
			print object " needs " symbol ", which only sys/ may"
			failed = 1
		}
	}
	END {
		if (!seen)
			print "no object outside sys/ in " top
		exit failed || !seen
	}'
