// The land of the world as a grid of dots in the Equal Earth projection.
// Scale, shift and frame are the same as in loomline/engines/drawing/draw_map.py, so that pins land on their dots.
import fs from 'node:fs';
import { geoBounds, geoContains, geoEqualEarth } from 'd3-geo';
import { feature } from 'topojson-client';
import { writeHashed } from './hashed.mjs';

const STEP = 6.6;
const WIDTH = 1000;
const HEIGHT = 440;
const SOUTHERNMOST = -57;

function landParts() {
  const topology = JSON.parse(fs.readFileSync('node_modules/world-atlas/land-110m.json', 'utf8'));
  const shapes = feature(topology, topology.objects.land).features.flatMap(({ geometry }) =>
    geometry.type === 'MultiPolygon'
      ? geometry.coordinates.map((coordinates) => ({ type: 'Polygon', coordinates }))
      : [geometry],
  );
  return shapes.map((shape) => ({ shape, bounds: geoBounds(shape) }));
}

function holds({ shape, bounds: [[west, south], [east, north]] }, [lon, lat]) {
  if (lat < south || lat > north) return false;
  const crossesDateLine = west > east;
  return (crossesDateLine || (lon >= west && lon <= east)) && geoContains(shape, [lon, lat]);
}

const short = (n) => n.toFixed(1).replace('.0', '');

export function buildWorld(out) {
  const parts = landParts();
  const projection = geoEqualEarth().scale(180).translate([500, 250]);
  let dots = '';
  for (let row = 0, y = 22; y < HEIGHT; y += STEP * 0.87, row += 1) {
    for (let x = ((row % 2) * STEP) / 2; x < WIDTH; x += STEP) {
      const place = projection.invert([x, y]);
      if (!place || !Number.isFinite(place[0]) || Math.abs(place[0]) > 180 || place[1] < SOUTHERNMOST) continue;
      const back = projection(place);
      const isOutsideTheGlobe = Math.hypot(back[0] - x, back[1] - y) > 1;
      if (!isOutsideTheGlobe && parts.some((part) => holds(part, place))) dots += `M${short(x)} ${short(y)}h0`;
    }
  }
  const path = `<path d="${dots}" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round"/>`;
  const symbol = `<symbol id="dots" viewBox="0 0 ${WIDTH} ${HEIGHT}">${path}</symbol>`;
  return writeHashed(out, 'world', 'svg', `<svg xmlns="http://www.w3.org/2000/svg">${symbol}</svg>`);
}
