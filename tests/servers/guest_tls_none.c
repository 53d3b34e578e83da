/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_tls_none.c - built without TLS: there is no server for it either */
#include "guest_parts.h"

bool guest_tls_has(const struct guest *guest) { (void)guest; return false; }
bool guest_tls_come(struct guest *guest) { return guest->kind != HOST_TLS; }
ssize_t guest_tls_send(struct guest *guest, const char *bytes, size_t length) { (void)guest; (void)bytes; (void)length; return -1; }
ssize_t guest_tls_receive(struct guest *guest, char *bytes, size_t room) { (void)guest; (void)bytes; (void)room; return -1; }
bool guest_tls_pending(const struct guest *guest) { (void)guest; return false; }
void guest_tls_hello(struct guest *guest) { (void)guest; }
bool guest_tls_end(struct guest *guest) { (void)guest; return false; }
void guest_tls_go(struct guest *guest) { (void)guest; }
