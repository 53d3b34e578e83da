/* SPDX-License-Identifier: BSD-2-Clause */
/* folder.c - for folder.sh: serves a folder at a port of the system's choice, says which, and ends when its input does */
#include <odeon.h>
#include <odeon/http.h>
#include <stdio.h>

int main(int count, char **arguments)
{
	odeon_http_folder folder = ODEON_HTTP_FOLDER(.path = count > 1 ? arguments[1] : ".");
	const odeon_http_route routes[] = { { "GET /*path", .handle = odeon_http_files, .argument = &folder }, { 0 } };
	odeon_http_server_options server = ODEON_HTTP_SERVER_OPTIONS(.routes = routes);
	odeon_options options = ODEON_OPTIONS(.workers = 2, .poller = odeon_net_poller());
	char bound[ODEON_ADDRESS_BYTES];
	odeon_system *system;
	int error = odeon_system_start(&options, &system);

	if (error != 0)
		return 1;
	error = odeon_http_server_open(system, "127.0.0.1:0", &server, bound, NULL);
	if (error == 0)
		printf("http://%s\n", bound);
	fflush(stdout);
	while (error == 0 && getchar() != EOF)
		;
	odeon_system_free(system);
	return error != 0;
}
