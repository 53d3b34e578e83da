// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/typed-recv-another-type.c
use std::sync::mpsc::Receiver;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Letter { pub pages: i32 }

pub fn typed_recv_another_type(from: &Receiver<Box<Note>>) {
    let _letter: Box<Letter> = from.recv().unwrap();
}
