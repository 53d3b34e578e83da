// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-drop-after-pipe.c
use std::sync::mpsc::Receiver;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn channel_drop_after_pipe(from: Receiver<Box<Note>>, pipe: fn(Receiver<Box<Note>>)) {
    pipe(from);
    drop(from);
}
