// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-inner-pointer.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn send_inner_pointer(to: &Sender<Box<Note>>) {
    let note = Box::new(Note { number: 1, text: [0; 24] });
    let _ = to.send(&note.text);
}
