/* SPDX-License-Identifier: BSD-2-Clause */
/* bank - the tree is built */
#include "bank.h"
#include "desk.h"
#include "journal.h"
#include <stdlib.h>

#define OPEN_WITHIN ODEON_SECONDS(10)

/* A child fails whenever it does not know what is written, so there is no number that is too many. */
static odeon_supervisor rule_for(const odeon_child *children, unsigned count, enum odeon_strategy strategy)
{
	return (odeon_supervisor)ODEON_SUPERVISOR(.strategy = strategy, .restarts = ODEON_RESTARTS_ANY,
		.pause = ODEON_MS(1), .pause_most = ODEON_MS(50), .jitter = 50, .children = children, .count = count);
}

static int write_accounts(struct disk *disk, unsigned accounts, int64_t amount)
{
	int error = 0;

	for (unsigned i = disk_pages(disk, ACCOUNTS) + 1; error == 0 && i <= accounts; i++)
		error = disk_write(disk, &(struct line){ .page = { ACCOUNTS, i }, .event = OPENED, .amount = amount });
	return error;
}

static int list_accounts(struct bank *bank, unsigned accounts)
{
	bank->is = calloc(accounts, sizeof *bank->is);
	bank->children = calloc(accounts, sizeof *bank->children);
	if (bank->is == NULL || bank->children == NULL)
		return ODEON_ENOMEM;
	for (unsigned i = 0; i < accounts; i++) {
		bank->is[i] = (struct account_is){ i + 1, bank->journal, bank->registry };
		bank->children[i] = (odeon_child)ODEON_CHILD(.kind = &account_kind, .argument = &bank->is[i],
			.argument_bytes = sizeof bank->is[i]);
	}
	bank->accounts = rule_for(bank->children, accounts, ODEON_ONE_FOR_ONE);
	bank->transfers = rule_for(NULL, 0, ODEON_ONE_FOR_ONE);
	return 0;
}

static int start_top(odeon_system *system, struct bank *bank)
{
	odeon_child children[] = {
		ODEON_CHILD(.name = "accounts", .kind = &odeon_supervisor_kind, .argument = &bank->accounts,
			.argument_bytes = sizeof bank->accounts),
		ODEON_CHILD(.name = "transfers", .kind = &odeon_supervisor_kind, .argument = &bank->transfers,
			.argument_bytes = sizeof bank->transfers),
	};
	odeon_supervisor rule = rule_for(children, 2, ODEON_REST_FOR_ONE);

	return odeon_supervise(system, &rule, &bank->top);
}

/* The last child, for it must know who is at the top. */
static int start_desk(odeon_system *system, struct bank *bank, unsigned accounts)
{
	struct desk_is is = { bank->journal, bank->registry, bank->top, accounts };
	odeon_child child = ODEON_CHILD(.name = DESK_NAME, .kind = &desk_kind, .argument = &is,
		.argument_bytes = sizeof is);
	int error;

	odeon_free(odeon_ask(odeon_child_is, system, bank->top, odeon_child_add_new(&child),
	                     odeon_system_deadline(system, OPEN_WITHIN), &error));
	return error;
}

int bank_open(odeon_system *system, struct disk *disk, unsigned accounts, int64_t amount, struct bank *bank)
{
	int error = write_accounts(disk, accounts, amount);

	*bank = (struct bank){ .top = ODEON_NOBODY };
	if (error == 0)
		error = odeon_system_spawn(system, &journal_kind, &disk, &bank->journal);
	if (error == 0)
		error = odeon_registry_start(system, &bank->registry);
	if (error == 0)
		error = list_accounts(bank, accounts);
	if (error == 0)
		error = start_top(system, bank);
	return error == 0 ? start_desk(system, bank, accounts) : error;
}

void bank_free(struct bank *bank)
{
	free(bank->is);
	free(bank->children);
}
