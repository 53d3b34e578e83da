// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/free-after-send-after.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn free_after_send_after(to: &Sender<Box<Note>>) {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    if to.send(note).is_err() {
        drop(note);
    }
}
