/* SPDX-License-Identifier: BSD-2-Clause */
/* errors - of libuv, by our names */
#include "errors.h"

#include <odeon/error.h>
#include <uv.h>

int error_of(int uv_error)
{
	switch (uv_error) {
	case UV_ECONNRESET: case UV_EPIPE: case UV_ECONNABORTED: case UV_ENOTCONN: case UV_ESHUTDOWN: case UV_EOF:
		return ODEON_EDISCONNECTED;
	case UV_ETIMEDOUT:
		return ODEON_ETIMEDOUT;
	case UV_ENOMEM:
		return ODEON_ENOMEM;
	default:
		return ODEON_ESYSTEM;
	}
}

/* Not uv_strerror, which allocates for what it does not know. */
const char *error_text_of(int uv_error)
{
	switch (uv_error) {
#define TEXT_(name, text) case UV_##name: return text;
	UV_ERRNO_MAP(TEXT_)
#undef TEXT_
	default:
		return "the operating system refused";
	}
}
