#include "serve/http_status.h"

#include "base/attr.h"

#define TO_THE_ROOT "Location: /\r\n"

static const struct http_status http_statuses[] = {
	{ 100, "Continue", "" },
	{ 101, "Switching Protocols", "" },
	{ 200, "OK", "" },
	{ 201, "Created", "" },
	{ 202, "Accepted", "" },
	{ 203, "Non-Authoritative Information", "" },
	{ 204, "No Content", "" },
	{ 205, "Reset Content", "" },
	{ 206, "Partial Content", "" },
	{ 207, "Multi-Status", "" },
	{ 208, "Already Reported", "" },
	{ 226, "IM Used", "" },
	{ 300, "Multiple Choices", "" },
	{ 301, "Moved Permanently", TO_THE_ROOT },
	{ 302, "Found", TO_THE_ROOT },
	{ 303, "See Other", TO_THE_ROOT },
	{ 304, "Not Modified", "" },
	{ 305, "Use Proxy", "" },
	{ 307, "Temporary Redirect", TO_THE_ROOT },
	{ 308, "Permanent Redirect", TO_THE_ROOT },
	{ 400, "Bad Request", "" },
	{ 401, "Unauthorized", "WWW-Authenticate: Basic realm=\"sockit\"\r\n" },
	{ 402, "Payment Required", "" },
	{ 403, "Forbidden", "" },
	{ 404, "Not Found", "" },
	{ 405, "Method Not Allowed", "Allow: GET, HEAD\r\n" },
	{ 406, "Not Acceptable", "" },
	{ 407, "Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"sockit\"\r\n" },
	{ 408, "Request Timeout", "" },
	{ 409, "Conflict", "" },
	{ 410, "Gone", "" },
	{ 411, "Length Required", "" },
	{ 412, "Precondition Failed", "" },
	{ 413, "Content Too Large", "" },
	{ 414, "URI Too Long", "" },
	{ 415, "Unsupported Media Type", "" },
	{ 416, "Range Not Satisfiable", "" },
	{ 417, "Expectation Failed", "" },
	{ 421, "Misdirected Request", "" },
	{ 422, "Unprocessable Content", "" },
	{ 423, "Locked", "" },
	{ 424, "Failed Dependency", "" },
	{ 425, "Too Early", "" },
	{ 426, "Upgrade Required", "Upgrade: HTTP/1.1\r\nConnection: upgrade\r\n" },
	{ 428, "Precondition Required", "" },
	{ 429, "Too Many Requests", "" },
	{ 431, "Request Header Fields Too Large", "" },
	{ 451, "Unavailable For Legal Reasons", "" },
	{ 500, "Internal Server Error", "" },
	{ 501, "Not Implemented", "" },
	{ 502, "Bad Gateway", "" },
	{ 503, "Service Unavailable", "" },
	{ 504, "Gateway Timeout", "" },
	{ 505, "HTTP Version Not Supported", "" },
	{ 506, "Variant Also Negotiates", "" },
	{ 507, "Insufficient Storage", "" },
	{ 508, "Loop Detected", "" },
	{ 511, "Network Authentication Required", "" },
};

struct http_status http_status_of(unsigned code)
{
	for (size_t i = 0; i < ARRAY_LEN(http_statuses); i++)
		if (http_statuses[i].code == code)
			return http_statuses[i];
	return (struct http_status){ .code = code };
}

bool http_status_has_content(unsigned code)
{
	return code >= 200 && code != 204 && code != 205 && code != 304;
}
