// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/duration-for-moment.c
use std::time::{Duration, Instant};

pub fn duration_for_moment(wait: fn(until: Instant)) {
    wait(Duration::from_millis(5));
}
