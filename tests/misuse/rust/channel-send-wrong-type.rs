// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/channel-send-wrong-type.c
use std::sync::mpsc::channel;

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub struct Letter { pub pages: i32 }

pub fn channel_send_wrong_type() {
    let (out, _from) = channel::<Box<Note>>();
    let _ = out.send(Box::new(Letter { pages: 1 }));
}
