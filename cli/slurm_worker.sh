
# What follows is the same for every campaign.

# "12" or, in an array, "12_3": the number alone of an array's last task would mean all of them.
job="$SLURM_JOB_ID"
if [ -n "${SLURM_ARRAY_JOB_ID:-}" ]; then job="${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"; fi

say() { echo "$(date '+%Y-%m-%d %H:%M:%S') $job on $(uname -n): $*"; }

# Slurm signals this script (--signal=B:, preemption, scancel), perhaps at once; mayfly saves where it stands on USR1.
asked=no
worker=
trap 'asked=yes; say "asked to stop"; [ -z "$worker" ] || kill -USR1 "$worker" 2>/dev/null' USR1 TERM INT HUP

record="$campaign/slurm/$job.starts"  # how often in vain, and the process of the last start
again="sbatch $(printf %q "$script")"

# What the journal of the last start says, and the checkpoints of the networks it had.
made_progress() {
  local journals=("$campaign/journal/$1"-*.jsonl) id
  grep -qsE '"event":"(point|complete)"' "${journals[@]}" && return
  for id in $(sed -n 's/.*"event":"claimed".*"id":"\([^"]*\)".*/\1/p' "${journals[@]}" 2>/dev/null); do
    [ "$campaign/work/$id.ckpt" -nt "$record" ] && return
  done
  return 1
}

in_vain=0
last=
if [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ] && [ -r "$record" ]; then read -r in_vain last <"$record"; fi
if [ -n "$last" ]; then
  if made_progress "$last"; then in_vain=0; else in_vain=$((in_vain + 1)); fi
fi
if [ "$in_vain" -ge "$most_in_vain" ]; then
  say "no progress in $in_vain starts, one after the other: given up. Expected a half epoch or a checkpoint in each;" \
    "give more --time, or see above why it stops. Then: $again"
  rm -f "$record"
  exit 1
fi

say "start $((${SLURM_RESTART_COUNT:-0} + 1))"
"$mayfly" run "$campaign" "${options[@]}" --threads "${SLURM_CPUS_PER_TASK:-1}" &
worker=$!
[ "$asked" = no ] || kill -USR1 "$worker"
echo "$in_vain $(uname -n | tr -c 'A-Za-z0-9._\n-' _)-$worker" >"$record"
code=127
while asked=no; do
  wait "$worker"
  code=$?
  [ "$asked" = yes ] || break  # else it was the signal that ended the wait
done
trap '' USR1 TERM INT HUP  # what Slurm sends while it requeues would else hit scontrol

case "$code" in
  0 | 3)
    say "the campaign is finished, exit code $code"
    rm -f "$record"
    exit "$code"
    ;;
  75) ;;
  129 | 1[3-9]?) say "mayfly was ended by signal $((code - 128))" ;;
  *)
    say "mayfly ended with exit code $code, for the reason above; docs/cli.md explains it. Not started again by itself:" \
      "put that right, then: $again"
    rm -f "$record"
    exit "$code"
    ;;
esac

# Where Slurm itself is ending this job (preempted, requeued, cancelled), it knows what comes next.
state="$(squeue -h -j "$job" -o %T)"
case "$state" in
  COMPLETING | PENDING | CANCELLED | PREEMPTED | REQUEUE*) say "stopped; Slurm has the job as $state" ;;
  *)  # RUNNING, SIGNALING
    if scontrol requeue "$job"; then
      say "stopped, and queued to go on"
    else
      say "stopped; scontrol could not queue it again. To go on: $again"
    fi
    ;;
esac
exit "$code"
