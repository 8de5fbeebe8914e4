// Maps read at one moved place per pixel, and the sums that such readings are part of.
#include "places.h"

typedef struct {  // out = base * weight + gate * sum over groups of `image` read at the pixel + margin + by
    Map image, by, gate, base, out;
    long groups, margin, dy_first, repeat_border, fade;  // weight: 1 - gate where it fades, else 1
    long threads;
} Warp;

// values[e] = scale * the channel of `map`, stretched to the size of `out`, at `count` pixels of row y from column x on
static void stretch(float *values, const Map *map, const Map *out, long image, long channel, long y, long x, long count,
                    float scale) {
    const float *data = at(map, image, 0, 0) + channel * map->channel;
    if (map->height == out->height && map->width == out->width) {
        for (long e = 0; e < count; e++) values[e] = scale * data[y * map->row + (x + e) * map->column];
        return;
    }
    const float down = (float)map->height / out->height, across = (float)map->width / out->width;
    const float py = (y + 0.5f) * down - 0.5f > 0 ? (y + 0.5f) * down - 0.5f : 0;
    const long y0 = least(py, map->height - 1), y1 = least(y0 + 1, map->height - 1);
    const float *upper = data + y0 * map->row, *lower = data + y1 * map->row;
    for (long e = 0; e < count; e++) {
        const float px = (x + e + 0.5f) * across - 0.5f > 0 ? (x + e + 0.5f) * across - 0.5f : 0;
        const long x0 = least(px, map->width - 1), x1 = least(x0 + 1, map->width - 1);
        const float a = upper[x0 * map->column], b = upper[x1 * map->column];
        const float c = lower[x0 * map->column], d = lower[x1 * map->column];
        const float top = a + (px - x0) * (b - a), bottom = c + (px - x0) * (d - c);
        values[e] = scale * (top + (py - y0) * (bottom - top));
    }
}

// `count` pixels of a row, from column x on
static void warp_part(const Warp *warp, Places *p, long image, long y, long x, long count) {
    const Map *map = &warp->image, *by = &warp->by, *base = &warp->base, *out = &warp->out;
    const long part = map->channels / warp->groups;
    const int side_by_side = map->channel == 1 && out->channel == 1 && (!base->data || base->channel == 1);
    float gate[MOST];
    for (long e = 0; e < count; e++) gate[e] = 1;
    if (warp->gate.data) stretch(gate, &warp->gate, out, image, 0, y, x, count, 1);
    for (long group = 0; group < warp->groups; group++) {
        stretch(p->y, by, out, image, 2 * group + !warp->dy_first, y, x, count, (float)out->height / by->height);
        stretch(p->x, by, out, image, 2 * group + warp->dy_first, y, x, count, (float)out->width / by->width);
        for (long e = 0; e < count; e++) {
            p->y[e] += y + warp->margin, p->x[e] += x + e + warp->margin;
            p->total[e] = gate[e];
        }
        find(p, count, map, warp->repeat_border);
        const float *from = at(map, image, 0, 0) + group * part * map->channel;
        const Map *more = group ? out : base;
        const int fade = warp->fade && !group;
        if (side_by_side) {
            for (long e = 0; e < count; e++)
                read_place(at(out, image, y, x + e), from, p, e, more->data ? at(more, image, y, x + e) : 0,
                           fade ? 1 - gate[e] : 1, part);
            continue;
        }
        for (long c = 0; c < part; c++, from += map->channel)
            for (long e = 0; e < count; e++) {
                float sum = more->data ? (fade ? 1 - gate[e] : 1) * at(more, image, y, x + e)[c * more->channel] : 0;
                for (int i = 0; i < 4; i++) sum += p->share[i][e] * from[p->from[i][e]];
                at(out, image, y, x + e)[c * out->channel] = sum;
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
