// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-old-name-after-try.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn send_old_name_after_try(try_send: fn(Box<Note>) -> Option<Box<Note>>, to: &Sender<Box<Note>>) {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    if try_send(note).is_some() {
        let _ = to.send(note);
    }
}
