// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/moment-for-duration.c
use std::time::{Duration, Instant};

pub fn moment_for_duration(wait: fn(duration: Duration)) {
    wait(Instant::now());
}
