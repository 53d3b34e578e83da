// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/typed-halves-swapped.c
use std::sync::mpsc::{Receiver, Sender};

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn typed_halves_swapped(out: Sender<Box<Note>>, recv: fn(Receiver<Box<Note>>)) {
    recv(out);
}
