#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>

#include "base/text.h"

bool err_is_local(int error)
{
	static const int local[] = {
		EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN,  EBADF,  EFAULT,
		EINVAL, EIO,        EISDIR,        ELOOP,        EMFILE,  ENFILE, ENOBUFS,
		ENODEV, ENOMEM,     ENOPROTOOPT,   ENOSPC,       ENXIO,   EPERM,  EPROTONOSUPPORT,
		EROFS,  EDQUOT,     EFBIG,         ENAMETOOLONG, ENOTDIR,
	};

	for (size_t i = 0; i < ARRAY_LEN(local); i++)
		if (local[i] == error)
			return true;
	return false;
}

static void err_fill(struct err *e, enum err_domain domain, int code, const char *op)
{
	e->domain = domain;
	e->code = code;
	e->op = op;
	e->subject[0] = '\0';
	e->detail[0] = '\0';
	e->hint[0] = '\0';
}

int err_set(struct err *e, enum err_domain domain, int code, const char *op, const char *subject,
            ...)
{
	struct text t = TEXT_OVER(e->subject);
	va_list args;

	err_fill(e, domain, code, op);
	va_start(args, subject);
	text_add_va(&t, subject, args);
	va_end(args);
	return -1;
}

int err_usage(struct err *e, const char *detail, ...)
{
	struct text t = TEXT_OVER(e->detail);
	va_list args;

	err_fill(e, ERR_USAGE, 0, "usage");
	va_start(args, detail);
	text_add_va(&t, detail, args);
	va_end(args);
	return -1;
}

int err_answer(struct err *e, int status, const char *detail, ...)
{
	struct text t = TEXT_OVER(e->detail);
	va_list args;

	err_fill(e, ERR_ANSWER, status, "answer");
	va_start(args, detail);
	text_add_va(&t, detail, args);
	va_end(args);
	return -1;
}

int err_socket(struct err *e, int error, const char *op, const char *subject, ...)
{
	struct text t = TEXT_OVER(e->subject);
	va_list args;

	err_fill(e, err_is_local(error) ? ERR_LOCAL : ERR_NETWORK, error, op);
	va_start(args, subject);
	text_add_va(&t, subject, args);
	va_end(args);
	return -1;
}

void err_detail(struct err *e, const char *detail, ...)
{
	struct text t = TEXT_OVER(e->detail);
	va_list args;

	va_start(args, detail);
	text_add_va(&t, detail, args);
	va_end(args);
}

void err_hint(struct err *e, const char *hint, ...)
{
	struct text t = TEXT_OVER(e->hint);
	va_list args;

	va_start(args, hint);
	text_add_va(&t, hint, args);
	va_end(args);
}

bool err_is_lack(const struct err *e)
{
	return e->domain == ERR_LOCAL &&
	       (e->code == EMFILE || e->code == ENFILE || e->code == ENOMEM || e->code == EAGAIN);
}
