// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-opened-half-drop-twice.c
use std::sync::mpsc::channel;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_opened_half_drop_twice() {
    let (out, from) = channel::<Box<Note>>();
    drop(from);
    drop(out);
    drop(out);
}
