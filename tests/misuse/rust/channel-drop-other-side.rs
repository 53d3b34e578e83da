// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-drop-other-side.c
use std::sync::mpsc::{Receiver, Sender};

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_drop_other_side(from: Receiver<Box<Note>>, drop_sender: fn(Sender<Box<Note>>)) {
    drop_sender(from);
}
