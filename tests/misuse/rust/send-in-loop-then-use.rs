// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/send-in-loop-then-use.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn send_in_loop_then_use(to: &Sender<Box<Note>>, rounds: u32) {
    let mut note = Box::new(Note { number: 1, text: [0; 24] });
    for round in 0..rounds {
        note.number += 1;
        if round & 1 == 1 {
            let _ = to.send(note);
        }
    }
}
