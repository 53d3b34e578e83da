// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-duration-for-moment.c
use std::time::{Duration, Instant};

pub fn channel_duration_for_moment(recv_deadline: fn(Instant)) {
    recv_deadline(Duration::from_millis(5));
}
