// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/use-after-reply.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Office { pub next: Sender<Box<Note>>, pub number: i32, pub held: Option<Box<Note>> }

impl Office {
    pub fn on_note(&mut self, mut note: Box<Note>) {
        let _ = self.next.send(note);
        note.number += 1;
    }
}
