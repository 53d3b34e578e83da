// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-literal.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn send_literal(to: &Sender<Box<Note>>) {
    let _ = to.send("hello");
}
