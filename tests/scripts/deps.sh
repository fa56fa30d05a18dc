#!/bin/sh
# Installs what is missing, and only that, for each kind named: build, test, bench. It knows apt; for dnf,
# apk, pacman and brew it prints the names. Root is needed only when something is missing.
set -u

# kind, the names in apt, dnf, apk, pacman and brew, and the command that succeeds if it is there.
packages='
build gcc              gcc                gcc               gcc              gcc              command -v cc
build libc6-dev        glibc-devel        musl-dev          glibc            -                [ -e /usr/include/stdio.h ]
build make             make               make              make             make             command -v make
build pkg-config       pkgconf-pkg-config pkgconf           pkgconf          pkgconf          command -v pkg-config
build libjansson-dev   jansson-devel      jansson-dev       jansson          jansson          pkg-config --exists jansson
test  libcriterion-dev criterion-devel    criterion-dev     criterion        criterion        pkg-config --exists criterion
test  netcat-openbsd   netcat             netcat-openbsd    openbsd-netcat   netcat           command -v nc.openbsd
test  ncat             nmap-ncat          nmap-ncat         nmap             nmap             command -v ncat
test  socat            socat              socat             socat            socat            command -v socat
test  curl             curl               curl              curl             curl             command -v curl
test  wrk              -                  wrk               wrk              wrk              command -v wrk
test  strace           strace             strace            strace           -                command -v strace
test  iproute2         iproute            iproute2          iproute2         -                command -v ip
test  util-linux       util-linux         util-linux-misc   util-linux       -                command -v unshare
test  procps           procps-ng          procps-ng         procps-ng        -                command -v ps
test  netbase          setup              alpine-baselayout iana-etc         -                [ -s /etc/services ]
test  dnsmasq-base     dnsmasq            dnsmasq           dnsmasq          dnsmasq          command -v dnsmasq
test  bc               bc                 bc                bc               bc               command -v bc
test  mandoc           mandoc             mandoc            mandoc           mandoc           command -v mandoc
test  groff            groff              groff             groff            groff            command -v groff
test  man-db           man-db             man-db            man-db           man-db           command -v man
test  tmux             tmux               tmux              tmux             tmux             command -v tmux
test  zsh              zsh                zsh               zsh              zsh              command -v zsh
test  fish             fish               fish              fish             fish             command -v fish
test  bash-completion  bash-completion    bash-completion   bash-completion  bash-completion  [ -e /usr/share/bash-completion/bash_completion ]
test  clang            clang              clang             clang            llvm             command -v clang
test  libclang-rt-dev  compiler-rt        compiler-rt       compiler-rt      -                find /usr/lib -name "libclang_rt.fuzzer*" | grep -q .
test  clang-format     clang-tools-extra  clang-extra-tools clang            clang-format     command -v clang-format
test  shellcheck       ShellCheck         shellcheck        shellcheck       shellcheck       command -v shellcheck
test  valgrind         valgrind           valgrind          valgrind         -                command -v valgrind
test  jq               jq                 jq                jq               jq               command -v jq
test  git              git                git               git              git              command -v git
bench netcat-traditional -                -                 -                -                command -v nc.traditional
bench busybox          busybox            busybox           busybox          busybox          command -v busybox
bench ucspi-tcp        ucspi-tcp          -                 -                ucspi-tcp        command -v tcpserver
bench haproxy          haproxy            haproxy           haproxy          haproxy          command -v haproxy
bench nginx-light      nginx              nginx             nginx            nginx            command -v nginx
bench libnginx-mod-stream nginx-mod-stream nginx-mod-stream nginx-mod-stream nginx            [ -e /usr/lib/nginx/modules/ngx_stream_module.so ]
bench libuv1-dev       libuv-devel        libuv-dev         libuv            libuv            pkg-config --exists libuv
bench gnuplot-nox      gnuplot            gnuplot           gnuplot          gnuplot          command -v gnuplot
'
kinds=" $* "
PATH=$PATH:/usr/sbin:/sbin

# column N NAMES...: the Nth of the names, unless that manager has none.
column() {
	shift "$1"
	[ "$1" = - ] || printf ' %s' "$1"
}

# The names, in the Nth manager's words, of what is missing.
missing() {
	printf '%s' "$packages" | while read -r kind apt dnf apk pacman brew present; do
		case $kinds in *" $kind "*) ;; *) continue ;; esac
		eval "$present" >/dev/null 2>&1 || column "$1" "$apt" "$dnf" "$apk" "$pacman" "$brew"
	done
}

n=1
for install in 'apt-get install' 'dnf install' 'apk add' 'pacman -S --needed' 'brew install' ''; do
	! command -v "${install%% *}" >/dev/null || break
	n=$((n + 1))
done
[ -n "$install" ] || n=1

names=$(missing $n)
if [ -z "$names" ]; then
	echo "Nothing to install for $*"
	exit
fi
echo "Missing for $*:$names"
if [ "$n" != 1 ] || [ -z "$install" ]; then
	echo "Please install them${install:+: $install$names}" >&2
	exit 1
fi

as_root=
if [ "$(id -u)" != 0 ]; then
	as_root=sudo
	if ! command -v sudo >/dev/null; then
		echo "Please run as root: apt-get update && apt-get install$names" >&2
		exit 1
	fi
fi

apt_get() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 "$@" </dev/null
}
apt_get update || exit
# shellcheck disable=SC2086 # one word a package
apt_get install -y --no-install-recommends $names || exit

names=$(missing 1)
[ -z "$names" ] || {
	echo "Still missing:$names" >&2
	exit 1
}
