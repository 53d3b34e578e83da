# SPDX-License-Identifier: BSD-2-Clause
# The man pages. Those of functions are made from the comments in the headers; a new function is its name in the list,
# which tests/checks/documents.sh compares with the headers. `make man` makes the pages alone.

dist_man_MANS = %D%/odeon.7 %D%/odeon_new.3 %D%/odeon_new_sized.3 \
	%D%/odeon_recv.3 %D%/odeon_try_recv.3 %D%/odeon_recv_until.3 %D%/odeon_recv_many.3 \
	%D%/odeon_latest.3 %D%/odeon_case_message.3
man_MANS      = $(made_pages)
EXTRA_DIST += %D%/man.awk
CLEANFILES += $(made_pages) %D%/made/stamp

made_pages = \
	%D%/made/odeon_actor_kill.3 \
	%D%/made/odeon_actor_stats.3 \
	%D%/made/odeon_actor_stop.3 \
	%D%/made/odeon_answer.3 \
	%D%/made/odeon_answer_at.3 \
	%D%/made/odeon_answers_count.3 \
	%D%/made/odeon_answers_from.3 \
	%D%/made/odeon_ask.3 \
	%D%/made/odeon_ask_at.3 \
	%D%/made/odeon_attach.3 \
	%D%/made/odeon_attach_actor.3 \
	%D%/made/odeon_attach_descriptor.3 \
	%D%/made/odeon_band.3 \
	%D%/made/odeon_become.3 \
	%D%/made/odeon_bound.3 \
	%D%/made/odeon_broadcast_open.3 \
	%D%/made/odeon_case_clear.3 \
	%D%/made/odeon_case_take.3 \
	%D%/made/odeon_channel_joins.3 \
	%D%/made/odeon_channel_open.3 \
	%D%/made/odeon_channel_open_with.3 \
	%D%/made/odeon_child_add_new.3 \
	%D%/made/odeon_child_find_new.3 \
	%D%/made/odeon_child_restart_new.3 \
	%D%/made/odeon_child_stop_new.3 \
	%D%/made/odeon_clock_deadline.3 \
	%D%/made/odeon_clock_now.3 \
	%D%/made/odeon_deadline.3 \
	%D%/made/odeon_detach.3 \
	%D%/made/odeon_detach_actor.3 \
	%D%/made/odeon_detach_descriptor.3 \
	%D%/made/odeon_duty.3 \
	%D%/made/odeon_error_name.3 \
	%D%/made/odeon_error_text.3 \
	%D%/made/odeon_exit.3 \
	%D%/made/odeon_fail.3 \
	%D%/made/odeon_forward.3 \
	%D%/made/odeon_forward_at.3 \
	%D%/made/odeon_free.3 \
	%D%/made/odeon_freeze.3 \
	%D%/made/odeon_from.3 \
	%D%/made/odeon_frozen_drop.3 \
	%D%/made/odeon_frozen_look.3 \
	%D%/made/odeon_frozen_look_at.3 \
	%D%/made/odeon_frozen_share.3 \
	%D%/made/odeon_gather_close.3 \
	%D%/made/odeon_gather_open.3 \
	%D%/made/odeon_gather_request.3 \
	%D%/made/odeon_gather_request_at.3 \
	%D%/made/odeon_halt.3 \
	%D%/made/odeon_idle_after.3 \
	%D%/made/odeon_intercept.3 \
	%D%/made/odeon_keep.3 \
	%D%/made/odeon_keep_at.3 \
	%D%/made/odeon_link.3 \
	%D%/made/odeon_make.3 \
	%D%/made/odeon_monitor.3 \
	%D%/made/odeon_now.3 \
	%D%/made/odeon_oneshot_open.3 \
	%D%/made/odeon_permit_drop.3 \
	%D%/made/odeon_permit_send.3 \
	%D%/made/odeon_permit_send_at.3 \
	%D%/made/odeon_post.3 \
	%D%/made/odeon_post_at.3 \
	%D%/made/odeon_proceed.3 \
	%D%/made/odeon_receiver_after.3 \
	%D%/made/odeon_receiver_capacity.3 \
	%D%/made/odeon_receiver_clone.3 \
	%D%/made/odeon_receiver_drop.3 \
	%D%/made/odeon_receiver_fd.3 \
	%D%/made/odeon_receiver_is_empty.3 \
	%D%/made/odeon_receiver_is_full.3 \
	%D%/made/odeon_receiver_latest.3 \
	%D%/made/odeon_receiver_len.3 \
	%D%/made/odeon_receiver_missed.3 \
	%D%/made/odeon_receiver_never.3 \
	%D%/made/odeon_receiver_pipe.3 \
	%D%/made/odeon_receiver_recv.3 \
	%D%/made/odeon_receiver_recv_many.3 \
	%D%/made/odeon_receiver_same_channel.3 \
	%D%/made/odeon_receiver_tick.3 \
	%D%/made/odeon_receiver_when_ready.3 \
	%D%/made/odeon_ref_compare.3 \
	%D%/made/odeon_ref_hash.3 \
	%D%/made/odeon_ref_parse.3 \
	%D%/made/odeon_ref_print.3 \
	%D%/made/odeon_reply.3 \
	%D%/made/odeon_reply_at.3 \
	%D%/made/odeon_reply_error.3 \
	%D%/made/odeon_reply_error_to.3 \
	%D%/made/odeon_reply_to.3 \
	%D%/made/odeon_reply_to_at.3 \
	%D%/made/odeon_report_free.3 \
	%D%/made/odeon_report_print.3 \
	%D%/made/odeon_request.3 \
	%D%/made/odeon_request_at.3 \
	%D%/made/odeon_reserve.3 \
	%D%/made/odeon_restart.3 \
	%D%/made/odeon_select.3 \
	%D%/made/odeon_select_biased.3 \
	%D%/made/odeon_select_ready.3 \
	%D%/made/odeon_selector_add.3 \
	%D%/made/odeon_selector_case.3 \
	%D%/made/odeon_selector_drop.3 \
	%D%/made/odeon_selector_open.3 \
	%D%/made/odeon_selector_remove.3 \
	%D%/made/odeon_selector_select.3 \
	%D%/made/odeon_selector_select_biased.3 \
	%D%/made/odeon_selector_select_ready.3 \
	%D%/made/odeon_self_ref.3 \
	%D%/made/odeon_send.3 \
	%D%/made/odeon_send_after.3 \
	%D%/made/odeon_send_after_at.3 \
	%D%/made/odeon_send_at.3 \
	%D%/made/odeon_sender_capacity.3 \
	%D%/made/odeon_sender_clone.3 \
	%D%/made/odeon_sender_drop.3 \
	%D%/made/odeon_sender_is_empty.3 \
	%D%/made/odeon_sender_is_full.3 \
	%D%/made/odeon_sender_len.3 \
	%D%/made/odeon_sender_same_channel.3 \
	%D%/made/odeon_sender_send.3 \
	%D%/made/odeon_sender_send_at.3 \
	%D%/made/odeon_sender_try.3 \
	%D%/made/odeon_sender_try_at.3 \
	%D%/made/odeon_sender_when_room.3 \
	%D%/made/odeon_spawn.3 \
	%D%/made/odeon_spawn_supervised.3 \
	%D%/made/odeon_stash.3 \
	%D%/made/odeon_stash_at.3 \
	%D%/made/odeon_stashed.3 \
	%D%/made/odeon_supervise.3 \
	%D%/made/odeon_supervisor_stop.3 \
	%D%/made/odeon_system_deadline.3 \
	%D%/made/odeon_system_due.3 \
	%D%/made/odeon_system_fd.3 \
	%D%/made/odeon_system_free.3 \
	%D%/made/odeon_system_host.3 \
	%D%/made/odeon_system_now.3 \
	%D%/made/odeon_system_of.3 \
	%D%/made/odeon_system_quit.3 \
	%D%/made/odeon_system_run.3 \
	%D%/made/odeon_system_seed.3 \
	%D%/made/odeon_system_spawn.3 \
	%D%/made/odeon_system_start.3 \
	%D%/made/odeon_system_stats.3 \
	%D%/made/odeon_system_stop.3 \
	%D%/made/odeon_system_wait.3 \
	%D%/made/odeon_system_waits.3 \
	%D%/made/odeon_then_make.3 \
	%D%/made/odeon_thread_print.3 \
	%D%/made/odeon_tick_after.3 \
	%D%/made/odeon_tick_cancel.3 \
	%D%/made/odeon_tick_every.3 \
	%D%/made/odeon_timer_cancel.3 \
	%D%/made/odeon_trap.3 \
	%D%/made/odeon_try_post.3 \
	%D%/made/odeon_try_post_at.3 \
	%D%/made/odeon_try_send.3 \
	%D%/made/odeon_try_send_at.3 \
	%D%/made/odeon_unbecome.3 \
	%D%/made/odeon_unlink.3 \
	%D%/made/odeon_unmonitor.3 \
	%D%/made/odeon_unstash.3 \
	%D%/made/odeon_waits_free.3 \
	%D%/made/odeon_waits_print.3 \
	%D%/made/odeon_watch_open.3 \
	%D%/made/odeon_when_room.3 \
	%D%/made/odeon_worker_stats.3

.PHONY: man
man: $(made_pages)

$(made_pages): %D%/made/stamp
	@:

%D%/made/stamp: $(top_srcdir)/%D%/man.awk $(odeon_HEADERS) $(odeonparts_HEADERS) $(odeonactors_HEADERS)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)(cd $(top_srcdir) && $(AWK) -v into='$(abs_builddir)/$(@D)' -v version='$(PACKAGE_VERSION)' \
		-f %D%/man.awk include/odeon/*.h include/odeon/actors/*.h)
	@touch $@
