// Maps read at one moved place per pixel, and the sums that such readings are part of.
#include "places.h"

typedef struct {  // out = base * weight + gate * sum over groups of `image` read at the pixel + margin + by
    Map image, by, gate, base, out;
    long groups, margin, dy_first, repeat_border, fade;  // weight: 1 - gate where it fades, else 1
    long threads;
} Warp;

// values[e] = scale * the channel of `map`, stretched to the size of `out`, at `count` pixels of row y from column x on
static void stretch(float *restrict values, const Map *map, const Map *out, long image, long channel, int y, int x,
                    int count, float scale) {
    const float *data = at(map, image, 0, 0) + channel * map->channel;
    const int step = map->column, last = map->width - 1, width = out->width;
    if (map->height == out->height && map->width == width) {
        for (int e = 0; e < count; e++) values[e] = scale * data[y * map->row + (x + e) * step];
        return;
    }
    const float down = (float)map->height / out->height, across = (float)map->width / width;
    const float py = (y + 0.5f) * down - 0.5f > 0 ? (y + 0.5f) * down - 0.5f : 0;
    const long y0 = least(py, map->height - 1), y1 = least(y0 + 1, map->height - 1);
    const float *upper = data + y0 * map->row, *lower = data + y1 * map->row;
    for (int e = 0; e < count; e++) {
        const float px = (x + e + 0.5f) * across - 0.5f > 0 ? (x + e + 0.5f) * across - 0.5f : 0;
        const int x0 = (int)px < last ? (int)px : last, x1 = x0 < last ? x0 + 1 : last;
        const float right = px - x0, low = py - y0;
        const float top = upper[x0 * step] + right * (upper[x1 * step] - upper[x0 * step]);
        const float bottom = lower[x0 * step] + right * (lower[x1 * step] - lower[x0 * step]);
        values[e] = scale * (top + low * (bottom - top));
    }
}

// `count` pixels of a row, from column x on
static void warp_part(const Warp *warp, Places *p, long image, long y, long x, long count) {
    const Map *map = &warp->image, *by = &warp->by, *base = &warp->base, *out = &warp->out;
    const long part = map->channels / warp->groups;
    const int side_by_side = map->channel == 1 && out->channel == 1 && (!base->data || base->channel == 1);
    float gate[MOST], kept[MOST], sums[MOST];
    for (long e = 0; e < count; e++) gate[e] = 1;
    if (warp->gate.data) stretch(gate, &warp->gate, out, image, 0, y, x, count, 1);
    for (long group = 0; group < warp->groups; group++) {
        stretch(p->y, by, out, image, 2 * group + !warp->dy_first, y, x, count, (float)out->height / by->height);
        stretch(p->x, by, out, image, 2 * group + warp->dy_first, y, x, count, (float)out->width / by->width);
        for (long e = 0; e < count; e++) {
            p->y[e] += y + warp->margin, p->x[e] += x + e + warp->margin;
            p->total[e] = gate[e];
            kept[e] = warp->fade && !group ? 1 - gate[e] : 1;
        }
        find(p, count, map, warp->repeat_border);
        const Map *more = group ? out : base;  // what is there already
        const float *from = at(map, image, 0, 0) + group * part * map->channel;
        const float *before = more->data ? at(more, image, y, x) : 0;
        float *to = at(out, image, y, x);
        if (side_by_side) {
            for (long e = 0; e < count; e++)
                read_place(to + e * out->column, from, p, e, before ? before + e * more->column : 0, kept[e], part);
            continue;
        }
        for (long c = 0; c < part; c++, from += map->channel, to += out->channel) {
            for (long e = 0; e < count; e++) sums[e] = 0;
            if (before)
                for (long e = 0; e < count; e++) sums[e] = kept[e] * before[c * more->channel + e * more->column];
            for (int i = 0; i < 4; i++)
                for (long e = 0; e < count; e++) sums[e] += p->share[i][e] * from[p->from[i][e]];
            for (long e = 0; e < count; e++) to[e * out->column] = sums[e];
        }
    }
}

void warp(const Warp *warp) {
    const Map *out = &warp->out;
#pragma omp parallel for num_threads(warp->threads) schedule(dynamic, 4)
    for (long row = 0; row < out->images * out->height; row++) {
        Places places;
        for (long x = 0; x < out->width; x += MOST)
            warp_part(warp, &places, row / out->height, row % out->height, x, least(MOST, out->width - x));
    }
}
