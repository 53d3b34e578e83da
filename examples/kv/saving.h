/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saving.h - what CONFIG and INFO say of the append-only file
 */
#ifndef KV_SAVING_H
#define KV_SAVING_H

#include "text.h"

struct call;
struct persistence;
struct setting { const char *name; char value[64]; };
enum { SAVING_SETTINGS = 4, SAVING_INFO_BYTES = 800 };

bool saving_policy(struct text word, int *policy);     /* enum sync_policy, by its name */
unsigned saving_settings(const struct call *call, struct setting *settings);  /* room for SAVING_SETTINGS; answers how many */
/* Whether a setting can have this value; and then, if that is wanted for good, it has. NULL, or what is wrong; "": there is no such setting. */
const char *saving_set(struct persistence *shared, struct text name, struct text value, bool for_good);
size_t saving_info(const struct call *call, char *text, size_t bytes);

#endif
