# common.sh sources this file: what the task scripts do where --teacher names a generator of the user's own, or of
# the published ones that only their file tells apart. The task's own teacher and its cut then have no place.

own_teacher() { # RUN: set `generator` to the flags of one's own that is typed, or that RUN was distilled from
  local folder flag value
  generator=()
  if is_own "$(value_of --teacher)"; then generator=(--teacher "$(value_of --teacher)") && return; fi
  folder="$(from_caller "$(typed --checkpoints_dir || true)")"
  local file="${folder:-checkpoints}/$1/options.yaml"
  if [ -z "$1" ] || typed --teacher >/dev/null || ! is_own "$(in_file "$file" --teacher)"; then return; fi
  for flag in --teacher --main_G_path --skip_idx_start --skip_idx_end --cut; do
    if value="$(in_file "$file" "$flag")"; then generator+=("$flag" "$value"); fi
  done
}

is_own() { case "$1" in *:* | image_to_image) ;; *) return 1 ;; esac }

own_run() { printf '%s' "${generator[1]}" | tr ':.' '__'; } # print the name of a run that is given none
