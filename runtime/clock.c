/* SPDX-License-Identifier: BSD-2-Clause */
/* clock - the public face of the monotonic clock */
#include "clock.h"

odeon_time odeon_clock_now(void)
{
	return (odeon_time){ clock_now() };
}

odeon_time odeon_clock_deadline(odeon_duration from_now)
{
	return (odeon_time){ clock_after(clock_now(), from_now) };
}
