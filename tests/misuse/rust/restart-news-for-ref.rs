// SPDX-License-Identifier: BSD-2-Clause
// The same mistake as in ../wrong/restart-news-for-ref.c
#[derive(Clone, Copy)]
pub struct Ref(pub u64);
pub struct Down { pub who: Ref, pub is_halted: bool }
pub struct Keeper { pub restarts: i32 }
pub struct Me;

impl Me {
    pub fn restart(&self, _who: Ref) -> i32 { 0 }
}

pub fn on_down(me: &Me, keeper: &mut Keeper, down: Box<Down>) {
    if down.is_halted && me.restart(down) == 0 {
        keeper.restarts += 1;
    }
}
