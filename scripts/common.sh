# Sourced by the task scripts: settles the interpreter and the dataset, and changes to the repository root.
#   args      array, the script's arguments; paths among them are meant from where the script was called
#   dataroot  the dataset given as --dataroot or in $dataset_root, empty if none
# What is told goes to stderr, so that PYTHON=echo shows nothing but the command.
set -euo pipefail

caller="$PWD"
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

demo_teacher=checkpoints/demo_v2c/latest_net_G_A.pth
published_teacher=checkpoints/v2c_teacher/latest_net_G_A.pth
published_shortcut=checkpoints/ShortcutV2V_unsup_v2c/latest_net_ShortcutV2V.pth
sample=datasets/sample

from_caller() {
  case "$1" in
    /*) printf '%s' "$1" ;;
    *) if [ "$caller" = "$root" ]; then printf '%s' "$1"; else printf '%s/%s' "$caller" "$1"; fi ;;
  esac
}

is_path_flag() {
  case "$1" in
    --dataroot | --main_G_path | --checkpoints_dir | --results_dir | --tensorboard_dir | --vgg_path | --options | --curve | --out) true ;;
    --curve) true ;;
    *) false ;;
  esac
}

args=()
dataroot="${dataset_root:+$(from_caller "$dataset_root")}"
flag=
for arg in "$@"; do
  value="${arg#*=}"
  if is_path_flag "$flag"; then
    arg="$(from_caller "$arg")" value="$arg"
  elif [ "$value" != "$arg" ] && is_path_flag "${arg%%=*}"; then
    flag="${arg%%=*}" value="$(from_caller "$value")"
    arg="$flag=$value"
  else
    flag="$arg"
    args+=("$arg")
    continue
  fi
  if [ "$flag" = --dataroot ]; then dataroot="$value"; fi
  args+=("$arg")
  flag=
done

given() { # --flag: is it among the script's arguments?
  local arg
  for arg in ${args[@]+"${args[@]}"}; do
    case "$arg" in "$1" | "$1="*) return 0 ;; esac
  done
  return 1
}

make_sample() {
  echo "no dataset given (--dataroot or dataset_root=): using the built-in sample in $sample" >&2
  "$PYTHON" -m data.sample --root "$sample" >&2
}

run() { # program and its flags; the script's own arguments come last and win
  exec "$PYTHON" "$@" ${args[@]+"${args[@]}"}
}

run_v2c() { # program and its flags, on the clips given, or the sample, with the published checkpoints, or the demo's
  local flags=("$@" --dataset_mode video --dataset_option v2c --which_epoch latest)
  local published=(--name ShortcutV2V_unsup_v2c --main_G_path "$published_teacher")
  local demo=(--checkpoints_dir ./checkpoints --name demo_v2c --main_G_path "$demo_teacher"
    --skip_idx_start 4 --skip_idx_end 22)

  if [ -z "$dataroot" ]; then
    make_sample
    run "${flags[@]}" "${demo[@]}" --dataroot "$sample" --fineSizeW 256 --fineSizeH 128
  fi
  flags+=(--dataroot "$dataroot")
  if [ -f "$dataroot" ]; then flags+=(--dataset_mode videofile --resize_mode none); fi
  if given --name || given --main_G_path || given --checkpoints_dir ||
    { [ -f "$published_teacher" ] && [ -f "$published_shortcut" ]; }; then
    run "${flags[@]}" "${published[@]}"
  fi
  echo "no published checkpoints ($published_teacher, $published_shortcut): using the bundled demo checkpoints" >&2
  run "${flags[@]}" "${demo[@]}"
}
