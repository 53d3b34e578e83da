// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/case-recv-from-sender.c
use std::sync::mpsc::{Receiver, Sender};

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn case_recv_from_sender(out: &Sender<Box<Note>>, select: fn(&Receiver<Box<Note>>)) {
    select(out);
}
