// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-static-object.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

static ONLY_NOTE: Note = Note { number: 1, text: [0; 24] };

pub fn send_static_object(to: &Sender<Box<Note>>) {
    let _ = to.send(&ONLY_NOTE);
}
