// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/keep-and-ignore.c
use std::sync::mpsc::Sender;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Office { pub next: Sender<Box<Note>>, pub number: i32, pub held: Option<Box<Note>> }

impl Office {
    pub fn on_note(&mut self, note: Box<Note>) {
        drop(note);
        self.held = Some(note);
    }
}
