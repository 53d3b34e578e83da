// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/typed-send-another-type.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Letter { pub pages: i32 }

pub fn typed_send_another_type(out: &Sender<Box<Note>>) {
    let _ = out.send(Box::new(Letter { pages: 1 }));
}
