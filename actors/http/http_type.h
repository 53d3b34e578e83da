/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_type - what is in a file, by the end of its name
 */
#ifndef ODEON_HTTP_TYPE_H
#define ODEON_HTTP_TYPE_H

#include "http_text.h"

/* "text/html; charset=utf-8" for "a.html", whatever the case; of what is not known "application/octet-stream". Lives for ever. */
const char *http_type_of(const char *name);

#endif
