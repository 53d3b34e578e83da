/* SPDX-License-Identifier: BSD-2-Clause */
/* news - told, or waiting */
#include "news.h"

#include <string.h>

int news_open(odeon_self *self, struct news *news, odeon_ref owner)
{
	int error;

	news->stir = odeon_new(stir);
	error = news->stir != NULL ? odeon_monitor(self, owner) : ODEON_ENOMEM;
	if (error != 0) {
		odeon_free(news->stir);
		news->stir = NULL;
		return error;
	}
	news->owner = owner;
	news->is_owned = true;
	return 0;
}

void news_look_again(odeon_self *self, struct news *news)
{
	struct stir *stir = news->stir;

	news->stir = NULL;
	if (stir != NULL)
		(void)odeon_send(self, odeon_self_ref(self), stir);
}

/* NULL: it was told, or there is nobody to be told. */
static void *offer(odeon_self *self, struct news *news, void *message)
{
	int why = ODEON_EGONE;

	if (news->is_owned)
		message = odeon_try_send(self, news->owner, message, &why);
	if (why == ODEON_EFULL) {
		news->awaits_room = odeon_when_room(self, news->owner) == 0;
		if (!news->awaits_room)
			news_look_again(self, news);
		return message;
	}
	odeon_free(message);
	return NULL;
}

void news_tell(odeon_self *self, struct news *news, void *message)
{
	if (news->count == 0)
		message = offer(self, news, message);
	if (message != NULL)
		news->waiting[news->count++] = message;
}

static void tell_on(odeon_self *self, struct news *news)
{
	while (news->count > 0 && (news->waiting[0] = offer(self, news, news->waiting[0])) == NULL)
		memmove(news->waiting, news->waiting + 1, --news->count * sizeof news->waiting[0]);
}

void news_go_on(odeon_self *self, struct news *news)
{
	news->awaits_room = false;
	tell_on(self, news);
}

void news_stirred(odeon_self *self, struct news *news, struct stir *stir)
{
	news->stir = odeon_keep(self, stir);
	if (!news->awaits_room)
		tell_on(self, news);
}

int news_give(odeon_self *self, struct news *news, odeon_ref owner)
{
	int error;

	if (news->is_owned)
		(void)odeon_unmonitor(self, news->owner);
	error = odeon_monitor(self, owner);
	news->owner = owner;
	news->is_owned = error == 0;
	news_go_on(self, news);
	return error;
}

bool news_owner_ended(struct news *news, const struct odeon_down *down)
{
	if (!news->is_owned || !odeon_ref_equal(news->owner, down->who))
		return false;
	news->is_owned = news->awaits_room = false;
	while (news->count > 0)
		odeon_free(news->waiting[--news->count]);
	return true;
}

void news_close(odeon_self *self, struct news *news)
{
	for (unsigned i = 0; i < news->count; i++) {
		if (news->is_owned)
			(void)odeon_send(self, news->owner, news->waiting[i]);
		else
			odeon_free(news->waiting[i]);
	}
	news->count = 0;
	odeon_free(news->stir);
	news->stir = NULL;
}
