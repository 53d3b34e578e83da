/* SPDX-License-Identifier: BSD-2-Clause */
/* attach - memory, descriptors, actors: put on a list, found by what they are */
#include "attach.h"

#include <odeon/failure.h>
#include "alloc.h"
#include "bond.h"
#include "deliver.h"
#include "os.h"

struct attachment {
	struct holding holding;                 /* first; key and kind say what it is */
	struct attachment *next, **before;      /* in the actor's list, the last attached first */
	void (*release)(void *what);            /* of HOLDING_ATTACHED */
};

static uint64_t key_of(const void *what) { return (uintptr_t)what; }

static struct attachment *find(odeon_self *self, enum holding_kind kind, uint64_t key)
{
	struct annex *annex = self->slot->annex;

	return annex != NULL ? (struct attachment *)(void *)holdings_find(&annex->holdings, kind, key) : NULL;
}

static int attach(odeon_self *self, enum holding_kind kind, uint64_t key, void (*release)(void *what))
{
	struct attic *attic;
	struct attachment *attachment;

	if (self->hook == HOOK_STOP)
		return ODEON_ESTOPPING;
	if (find(self, kind, key) != NULL)
		return ODEON_EINVAL;
	attic = actor_attic(self->slot);
	attachment = attic != NULL ? alloc_block(sizeof *attachment) : NULL;
	if (attachment == NULL)
		return ODEON_ENOMEM;
	*attachment = (struct attachment){ .release = release, .next = attic->attached, .before = &attic->attached };
	if (attachment->next != NULL)
		attachment->next->before = &attachment->next;
	attic->attached = attachment;
	holdings_put(&self->slot->annex->holdings, &attachment->holding, kind, key);
	return 0;
}

static void unlist(struct annex *annex, struct attachment *attachment)
{
	holdings_remove(&annex->holdings, &attachment->holding);
	*attachment->before = attachment->next;
	if (attachment->next != NULL)
		attachment->next->before = attachment->before;
}

static int detach(odeon_self *self, enum holding_kind kind, uint64_t key)
{
	struct attachment *attachment = find(self, kind, key);

	if (attachment == NULL)
		return ODEON_EGONE;
	unlist(self->slot->annex, attachment);
	alloc_free(attachment, sizeof *attachment);
	return 0;
}

static void release(struct odeon_self *self, struct attachment *attachment)
{
	uint64_t key = attachment->holding.key;

	switch (attachment->holding.kind) {
	case HOLDING_DESCRIPTOR:
		os_close((int)key);
		break;
	case HOLDING_OWNED:
		(void)deliver_order(self->system, self->worker, bond_ref(self->directory, key), ORDER_KILL);
		break;
	default:
		attachment->release((void *)(uintptr_t)key);
		break;
	}
}

void attachments_end(struct odeon_self *self, struct annex *annex)
{
	struct attachment *attachment;

	while (annex->attic != NULL && (attachment = annex->attic->attached) != NULL) {
		unlist(annex, attachment);
		release(self, attachment);
		alloc_free(attachment, sizeof *attachment);
	}
}

/* ---- what users call ----------------------------------------------------------------------------------------------------- */

int odeon_attach(odeon_self *self, void *what, void (*release)(void *what))
{
	return release != NULL ? attach(self, HOLDING_ATTACHED, key_of(what), release) : ODEON_EINVAL;
}

int odeon_attach_descriptor(odeon_self *self, int descriptor)
{
	return descriptor >= 0 ? attach(self, HOLDING_DESCRIPTOR, (unsigned)descriptor, NULL) : ODEON_EINVAL;
}

int odeon_attach_actor(odeon_self *self, odeon_ref who)
{
	if (odeon_ref_is_nobody(who) || odeon_ref_equal(who, self->me))
		return ODEON_EINVAL;
	if (ref_system(who) != self->directory->system)
		return ODEON_EFOREIGN;
	return attach(self, HOLDING_OWNED, bond_key(who), NULL);
}

int odeon_detach(odeon_self *self, void *what)
{
	return detach(self, HOLDING_ATTACHED, key_of(what));
}

int odeon_detach_descriptor(odeon_self *self, int descriptor)
{
	return detach(self, HOLDING_DESCRIPTOR, (unsigned)descriptor);
}

int odeon_detach_actor(odeon_self *self, odeon_ref who)
{
	return ref_system(who) == self->directory->system ? detach(self, HOLDING_OWNED, bond_key(who)) : ODEON_EGONE;
}
