# The task scripts source this file. It finds the interpreter and the dataset, and changes to the repository root.
#   NPROC     from the caller: this many processes, on as many GPUs or on the CPU; torchrun starts them
#   args      array, the script's arguments
#   dataroot  the dataset from --dataroot, $dataset_root or the --options FILE; empty if there is none
# Paths among the arguments are relative to the caller's folder. SHORTCUT_V2V_CALLER tells the programs that folder.
# Messages go to stderr, so that PYTHON=echo prints nothing but the command.
set -euo pipefail

export SHORTCUT_V2V_CALLER="$PWD"
args=("$@")
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$root/scripts/own_generator.sh"
cd "$root"

sample=datasets/sample heads=datasets/heads

from_caller() { # PATH: print it as seen from here, like options/layers.py does; print nothing if it is empty
  case "$1" in
    '' | /*) printf '%s' "$1" ;;
    *) if [ "$SHORTCUT_V2V_CALLER" = "$root" ]; then printf '%s' "$1"; else printf '%s/%s' "$SHORTCUT_V2V_CALLER" "$1"; fi ;;
  esac
}

typed() { # --flag: print the last value typed for it; fail if it was not typed
  local arg value='' found=1 follows=0
  for arg in ${args[@]+"${args[@]}"}; do
    if [ "$follows" = 1 ]; then value="$arg" follows=0 && continue; fi
    case "$arg" in
      "$1") found=0 follows=1 ;;
      "$1="*) found=0 value="${arg#*=}" ;;
    esac
  done
  printf '%s' "$value"
  return "$found"
}

in_file() { # FILE --flag: print its value in an options.yaml (`name: value` lines); fail if there is none
  local value
  if [ ! -f "$1" ]; then return 1; fi
  value="$(sed -n "s/^${2#--}: *//p" "$1" | tail -n 1 |
    sed -e "/^[\"']/!s/ \{1,\}#.*//" -e "/^'/s/''/'/g" -e "s/^'\(.*\)'\$/\1/" -e 's/^"\(.*\)"$/\1/')"
  case "$value" in '' | null | '~' | false) return 1 ;; esac
  printf '%s' "$value"
}

value_of() { typed "$1" || in_file "$options_file" "$1"; } # --flag: print its value from the caller; fail if there is none

given() { value_of "$1" >/dev/null; } # --flag: does the caller give it?

options_file="$(from_caller "$(typed --options)")"
dataroot="$(from_caller "$(typed --dataroot || printf '%s' "${dataset_root:-}")")"
if [ -z "$dataroot" ]; then
  dataroot="$(in_file "$options_file" --dataroot || true)"
  case "$dataroot" in "$sample" | "$heads") dataroot= ;; esac # a run on drawn data: draw it again if it is gone
fi

draw() { # PROGRAM FLAGS...: run it, with its output on stderr; a signal to the script stops the drawing first
  "$PYTHON" "$@" >&2 &
  local drawing=$! status=0
  trap 'stop "$drawing" 143' TERM
  trap 'stop "$drawing" 130' INT # a program in the background ignores this signal
  wait "$drawing" || status=$?
  trap - TERM INT
  return "$status"
}

stop() { # PROCESS STATUS: end the process, wait until it has cleaned up, and end the script
  kill -TERM "$1" 2>/dev/null || true
  wait "$1" || true
  exit "$2"
}

make_sample() { # [SPLIT]: draw the sample, or one split of it; val alone takes a quarter of the time
  if given --help || given -h; then return; fi
  echo "no dataset given (--dataroot or dataset_root=): using the built-in sample in $sample" >&2
  draw -m data.samples.street --root "$sample" ${1:+--split "$1"}
}

make_heads() {
  if given --help || given -h; then return; fi
  echo "no dataset given (--dataroot or dataset_root=): using the built-in talking heads in $heads" >&2
  draw -m data.samples.heads --root "$heads"
}

launch() { # set launcher: torchrun, if there shall be several processes
  launcher=()
  if [ -n "${NPROC:-}" ]; then launcher=(-m torch.distributed.run --standalone --nproc_per_node "$NPROC"); fi
}

run() { # PROGRAM FLAGS...: an --options file wins over these flags, and what was typed (behind --) wins over both
  local launcher
  launch
  exec "$PYTHON" ${launcher[@]+"${launcher[@]}"} "$@" -- ${dataset_root:+--dataroot "$dataset_root"} ${args[@]+"${args[@]}"}
}

run_module() { # MODULE FLAGS...: for programs without --options; what was typed comes last and wins
  exec "$PYTHON" -m "$@" ${args[@]+"${args[@]}"}
}

use_task() { # v2c, v2l or l2v: set what the scripts of one task share
  task="$1" teacher_run=v2l_teacher direction=G_A
  sample_block=(--h_dim 32 --lr 3e-3) demo_flags=(--hold 0.2) demo_refresh=(--refresh adaptive)
  sample_load=(--loadSizeW 128 --loadSizeH 128) sample_size=(--fineSizeW 128 --fineSizeH 128) # the sample's own size: label colours do not mix
  paper_load=(--loadSizeW 286 --loadSizeH 286) paper_size=(--fineSizeW 256 --fineSizeH 256)
  case "$task" in
    v2c)
      teacher_run=v2c_teacher
      sample_block=(--h_dim 64 --lr 2e-3) demo_flags=() demo_refresh=(--refresh adaptive)
      sample_load=(--loadSizeW 272 --loadSizeH 136) sample_size=(--fineSizeW 256 --fineSizeH 128)
      paper_load=(--loadSizeW 542 --loadSizeH 286) paper_size=(--fineSizeW 512 --fineSizeH 256)
      ;;
    l2v) direction=G_B ;; # one training makes both: G_A video to label maps, G_B back
  esac
  demo_teacher=checkpoints/demo_$task/latest_net_$direction.pth
  published_teacher=checkpoints/$teacher_run/latest_net_$direction.pth
  shortcut_run=ShortcutV2V_unsup_$task
  published_shortcut=checkpoints/$shortcut_run/latest_net_ShortcutV2V.pth
  dataset_flags=(--dataset_mode video --dataset_option "$task")
}

teacher_of() { # RUN: print the teacher that it was distilled from; fail if it names none, or the file is gone
  local folder teacher
  folder="$(from_caller "$(typed --checkpoints_dir || true)")"
  folder="${folder:-$(in_file "$options_file" --checkpoints_dir || printf checkpoints)}"
  teacher="$(in_file "$folder/$1/options.yaml" --main_G_path)" && [ -f "$teacher" ] && printf '%s' "$teacher"
}

run_on_clips() { # PROGRAM FLAGS...: on the given clips or the sample, with the task's checkpoints or the demo's
  local flags=("$@" "${dataset_flags[@]}" --which_epoch latest) run_name teacher
  run_name="$(value_of --name || true)" teacher="$published_teacher"
  own_teacher "$run_name"
  local demo=(--checkpoints_dir ./checkpoints --name "demo_$task" --main_G_path "$demo_teacher"
    --skip_idx_start 5 --skip_idx_end 17 ${demo_flags[@]+"${demo_flags[@]}"})

  if [ -z "$dataroot" ]; then
    if [ "$(value_of --phase)" = train ]; then make_sample; else make_sample val; fi
    flags+=(--dataroot "$sample" "${sample_size[@]}") teacher="$demo_teacher"
    if [ -z "$run_name" ] && [ "${#generator[@]}" = 0 ] && ! given --model_file; then run "${flags[@]}" "${demo[@]}"; fi
  else
    flags+=("${paper_size[@]}")
  fi
  if given --model_file; then run "${flags[@]}"; fi
  if [ "${#generator[@]}" -gt 0 ]; then run "${flags[@]}" --name "$(own_run)" "${generator[@]}"; fi
  if [ "$run_name" = "demo_$task" ]; then run "${flags[@]}" "${demo[@]}"; fi
  if [ -n "$run_name" ] || given --main_G_path || given --checkpoints_dir ||
    { [ -f "$published_teacher" ] && [ -f "$published_shortcut" ]; }; then
    run "${flags[@]}" --name "$shortcut_run" --main_G_path "$(teacher_of "$run_name" || printf '%s' "$teacher")"
  fi
  echo "no checkpoints of the task ($published_teacher, $published_shortcut): using the bundled demo checkpoints" >&2
  run "${flags[@]}" "${demo[@]}"
}

test_on_clips() { # FLAGS...: test.py with the flags that all test scripts share, and these
  # Every demo has a fitted threshold. It is used where longer intervals pay. A typed interval alone means fixed.
  if ! given --refresh && ! given --max_interval; then demo_flags+=("${demo_refresh[@]}"); fi
  run_on_clips test.py --results_dir ./results/ --compare "$@"
}

holds_videos() { # PATH: is it a file, or a folder with a video?
  local file found=1
  if [ -f "$1" ]; then return; fi
  shopt -s nocasematch
  for file in "$1"/*; do
    case "$file" in
      *.mp4 | *.m4v | *.mov | *.avi | *.mkv | *.webm | *.mpg | *.mpeg | *.ts | *.m2ts | *.mts | *.wmv | *.flv | *.gif) found=0 ;;
    esac
  done
  shopt -u nocasematch
  return "$found"
}

distil() { # train the task's Shortcut: the published run on the given dataset, or a short run on the sample or on videos
  local flags=("${dataset_flags[@]}" --tensorboard_dir tensorboard/) cut=(--skip_idx_start 5 --skip_idx_end 17)
  # A CPU can make few steps only, so: a block that starts from the moved reference, with L1 and L2 terms alone. The
  # published form and objective are below. Distances go up to 12, near ones more often, so that the block serves every
  # interval up to 13 and adaptive refreshes.
  local short=(--continue_train --max_interval 13 --gaps near --block full_size "${sample_block[@]}"
    --init_gain 1 --mask_initial -1 --flip --amp auto
    --lambda_L1 2 --lambda_align 2 --lambda_L1_out 50 --lambda_L2_out 600 --perceptual none --lambda_D 0 --lambda_D_T 0
    "${sample_load[@]}" "${sample_size[@]}" --batchSize 2 --print_freq 96 --save_latest_freq 960 --display_freq 960)

  local demo=(--name "${task}_sample" --main_G_path "$demo_teacher" "${cut[@]}")
  local videos_run="${task}_videos"
  own_teacher ''
  if [ "${#generator[@]}" -gt 0 ]; then demo=(--name "$(own_run)") shortcut_run="$(own_run)" videos_run="$(own_run)"; fi

  if [ -z "$dataroot" ]; then
    make_sample
    run train.py "${flags[@]}" --dataroot "$sample" "${demo[@]}" "${short[@]}" --niter 100 --niter_decay 50
  fi

  # A teacher of the caller's tells its channels and its cut itself.
  local teacher=(--main_G_path "$published_teacher" --feat_ch 128 "${cut[@]}") own=
  if given --model_file || given --main_G_path || [ "${#generator[@]}" -gt 0 ]; then teacher=() own=1; fi
  if holds_videos "$dataroot" && { given --model_file || [ "${#generator[@]}" -gt 0 ] || { [ -z "$own" ] && [ ! -f "$published_teacher" ]; }; }; then
    if [ -z "$own" ]; then
      echo "no --main_G_path given, and no teacher at $published_teacher: distilling into the bundled demo teacher" >&2
      teacher=(--main_G_path "$demo_teacher")
    fi
    run train.py "${flags[@]}" --name "$videos_run" ${teacher[@]+"${teacher[@]}"} "${short[@]}" \
      --niter 2000 --niter_decay 1000 --save_epoch_freq 1000 # an epoch is one pair of frames of each video
  fi

  if ! given --block; then
    echo "training the paper's block; --block full_size (this project's) has about 2 dB more than flow warp on the sample, the paper's about as much as flow warp" >&2
  fi
  run train.py "${flags[@]}" --name "$shortcut_run" "${paper_load[@]}" "${paper_size[@]}" ${teacher[@]+"${teacher[@]}"} \
    --h_dim 64 --max_interval 3 --batchSize 16 --niter 3000 --niter_decay 200 --save_latest_freq 2000
}
