/* SPDX-License-Identifier: BSD-2-Clause */
/* behaviour - how the running actor has its messages brought */
#include <odeon/behaviour.h>

#include "around.h"
#include "aside.h"

/* ---- laid aside ------------------------------------------------------------------------------------------------- */

void *odeon_stash_at(odeon_self *self, void *payload, int *why)
{
	int error = ODEON_ENOMEM;

	if (payload != NULL)
		error = self->hook == HOOK_HANDLER && self->hand == message_of(payload) ? aside_stash(self) : ODEON_EINVAL;
	if (why != NULL)
		*why = error;
	return error == 0 ? NULL : payload;
}

unsigned odeon_unstash(odeon_self *self)
{
	return self->hook == HOOK_HANDLER ? aside_unstash(self->slot) : 0;
}

unsigned odeon_stashed(odeon_self *self)
{
	const struct attic *attic = actor_attic_if_any(self->slot);

	return attic != NULL ? attic->stash.count : 0;
}

/* ---- in bands --------------------------------------------------------------------------------------------------- */

static bool is_sound(const odeon_bands *bands)
{
	if (bands->count < 1 || bands->count > ODEON_BANDS_MOST || bands->of == NULL)
		return false;
	for (unsigned band = 0; band < bands->count; band++)
		if (bands->quota[band] == 0)
			return false;
	return true;
}

int odeon_band(odeon_self *self, const odeon_bands *bands)
{
	if (self->hook == HOOK_STOP || (bands != NULL && !is_sound(bands)))
		return ODEON_EINVAL;
	if (bands == NULL && (self->slot->annex == NULL || annex_bands(self->slot->annex) == NULL))
		return 0;
	return aside_band(self->slot, bands);
}

/* ---- through interceptors --------------------------------------------------------------------------------------- */

int odeon_intercept(odeon_self *self, const odeon_interceptor *interceptor)
{
	if (self->hook == HOOK_STOP || interceptor == NULL || interceptor->around == NULL)
		return ODEON_EINVAL;
	return around_put(self->slot, interceptor);
}
