/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errors - what the system answered, by our names
 */
#ifndef NET_ERRORS_H
#define NET_ERRORS_H

/* Of an error of libuv, which is one of errno, negative. The text lives for ever. */
int error_of(int uv_error);
const char *error_text_of(int uv_error);

#endif
