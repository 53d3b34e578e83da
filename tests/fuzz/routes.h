/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * routes.h - what paths and routes are judged by
 */
#ifndef FUZZ_ROUTES_H
#define FUZZ_ROUTES_H

#include "http_path.h"
#include "http_pattern.h"

/* Segment by segment, as http_routes.h says it. */
bool route_matches(const struct http_route *route, struct http_text path);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
