// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/try-send-and-ignore.c
use std::sync::mpsc::SyncSender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn try_send_and_ignore(to: &SyncSender<Box<Note>>) {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    to.try_send(note);
}
