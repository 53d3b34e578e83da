// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-use-after-try.c
use std::sync::mpsc::SyncSender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_use_after_try(out: &SyncSender<Box<Note>>) -> i32 {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    let _ = out.try_send(note);
    note.number
}
