// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-in-next-handler.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Office { pub next: Sender<Box<Note>>, pub held: Box<Note> }

impl Office {
    pub fn on_note(&mut self) {
        let _ = self.next.send(self.held);
    }

    pub fn on_tick(&mut self) {
        self.held.number += 1;
    }
}
