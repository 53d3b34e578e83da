// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-send-received-then-use.c
use std::sync::mpsc::{Receiver, Sender};

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_send_received_then_use(from: &Receiver<Box<Note>>, out: &Sender<Box<Note>>) -> i32 {
    let Ok(note) = from.recv() else { return 0 };
    let _ = out.send(note);
    note.number
}
