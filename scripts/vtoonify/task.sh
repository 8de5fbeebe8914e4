# Sourced by the scripts of this folder after common.sh: what they share.
#   heads  folder of the built-in talking heads
heads=datasets/heads
demo_teacher=checkpoints/demo_vtoonify/latest_net_vtoonify.pth
vtoonify=(--teacher vtoonify --dataset_mode videofile)
demo=("${vtoonify[@]}" --main_G_path "$demo_teacher" --vtoonify_split B)

make_heads() {
  echo "no dataset given (--dataroot or dataset_root=): using the built-in talking heads in $heads" >&2
  "$PYTHON" -m data.heads.sample --root "$heads" >&2
}
