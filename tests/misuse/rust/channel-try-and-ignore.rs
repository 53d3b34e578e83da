// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-try-and-ignore.c
use std::sync::mpsc::SyncSender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_try_and_ignore(out: &SyncSender<Box<Note>>) {
    out.try_send(Box::new(Note { number: 1, text: [0; 24] }));
}
