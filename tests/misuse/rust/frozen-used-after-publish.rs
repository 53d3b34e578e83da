// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/frozen-used-after-publish.c
use std::sync::{mpsc, Arc};

pub struct Note { pub number: i32, pub text: [u8; 24] }

pub fn used_after_publish(topics: mpsc::Sender<(&'static str, Arc<Note>)>, frozen: Arc<Note>) {
    let _ = topics.send(("news", frozen));
    drop(frozen);
}
