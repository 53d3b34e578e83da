/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * families.h - the functions of all commands: command_NAME for each line of commands.inc
 */
#ifndef KV_FAMILIES_H
#define KV_FAMILIES_H

#include "call.h"

#define COMMAND(name, function, ...) void command_##function(struct call *call);
#include "commands.inc"
#undef COMMAND

#endif
