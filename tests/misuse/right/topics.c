/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Publish and subscribe: payloads published, shared, kept by who gets them.
 */
#include <odeon.h>

struct price { int cents; };
ODEON_MESSAGE(price);
struct again { int unused; };
ODEON_MESSAGE(again);
struct asked { int unused; };

struct shop { odeon_ref topics; odeon_frozen *last; int told; };

ODEON_HANDLER(shop, odeon_published)
{
	const struct price *price = odeon_frozen_look(price, odeon_published->payload);

	if (price == NULL || price->cents == 0)
		return;
	odeon_frozen_drop(shop->last);
	shop->last = odeon_frozen_share(odeon_published->payload);
}

/* The same payload under two topics. */
ODEON_HANDLER(shop, price)
{
	odeon_frozen *frozen = odeon_freeze(odeon_new(price, .cents = price->cents));

	odeon_send(self, shop->topics, odeon_publication_new("prices/tea", odeon_frozen_share(frozen), 1));
	odeon_send(self, shop->topics, odeon_publication_new("prices", frozen, 0));
}

ODEON_ANSWER(shop, asked, odeon_topics_count)
{
	if (odeon_topics_count != NULL)
		shop->told += (int)odeon_topics_count->reached;
}

ODEON_HANDLER(shop, again)
{
	int error = odeon_request(self, shop->topics, odeon_publication_new("prices", odeon_freeze(odeon_keep(self, again)), 0),
	                          odeon_deadline(self, ODEON_MS(5)), ODEON_THEN(self, shop, asked, odeon_topics_count, .unused = 0));

	if (error == 0)
		error = odeon_request(self, shop->topics, odeon_topics_question_new(ODEON_TOPIC_SUBSCRIBE, "#", odeon_self_ref(self)),
		                      ODEON_NEVER, ODEON_THEN(self, shop, asked, odeon_topics_count, .unused = 0));
	if (error != 0)
		odeon_fail(self, error, NULL);
}

ODEON_STOP(shop) { odeon_frozen_drop(shop->last); }
ODEON_HANDLERS(shop_handlers, ODEON_ON(shop, odeon_published), ODEON_ON(shop, price), ODEON_ON(shop, again));
ODEON_KIND(shop, shop_handlers, .stop = ODEON_STOPS(shop));

int right_topics(odeon_system *system, odeon_ref *who);
int right_topics(odeon_system *system, odeon_ref *who)
{
	struct shop shop = { .told = 0 };
	struct odeon_topics_count count;
	int error = odeon_topics_start(system, NULL, &shop.topics);

	if (error == 0)
		error = odeon_system_spawn(system, &shop_kind, &shop, who);
	if (error == 0)
		error = odeon_topics_publish(system, shop.topics, "prices", odeon_freeze(odeon_new(price, .cents = 3)), 1, ODEON_NEVER, &count);
	if (error == 0)
		error = odeon_topics_publish(system, shop.topics, "prices", odeon_freeze(odeon_new(price, .cents = 4)), 1, ODEON_NEVER, NULL);
	return error;
}
