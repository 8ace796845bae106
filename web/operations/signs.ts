const SIZE = 96;
const NAMES = ['vehicle', 'silent', 'hospital', 'laboratory'] as const;

interface Signs {
  /** A canvas, which the layer takes as its own text layer's does, though its types name only an address: an address would be fetched. */
  iconAtlas: string;
  iconMapping: Record<string, { x: number; y: number; width: number; height: number; mask: boolean }>;
}

let drawn: Signs | undefined;

/** The map's signs, drawn here in white and coloured by the layer: nothing is loaded for them. */
export function drawSigns(): Signs {
  drawn ??= draw();
  return drawn;
}

function draw(): Signs {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE * NAMES.length;
  canvas.height = SIZE;
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('this browser draws no canvas');
  pen.fillStyle = '#fff';
  pen.strokeStyle = '#fff';
  pen.lineWidth = 9;
  pen.lineJoin = 'round';
  const middle = SIZE / 2;

  // An arrow that points north.
  pen.beginPath();
  pen.moveTo(middle, 8);
  pen.lineTo(SIZE - 20, SIZE - 12);
  pen.lineTo(middle, SIZE - 30);
  pen.lineTo(20, SIZE - 12);
  pen.closePath();
  pen.fill();

  // The same, hollow.
  pen.translate(SIZE, 0);
  pen.beginPath();
  pen.moveTo(middle, 14);
  pen.lineTo(SIZE - 24, SIZE - 16);
  pen.lineTo(middle, SIZE - 32);
  pen.lineTo(24, SIZE - 16);
  pen.closePath();
  pen.stroke();

  // A disc with a cross cut out.
  pen.translate(SIZE, 0);
  pen.beginPath();
  pen.arc(middle, middle, 40, 0, 2 * Math.PI);
  pen.fill();
  pen.globalCompositeOperation = 'destination-out';
  pen.fillRect(middle - 7, middle - 24, 14, 48);
  pen.fillRect(middle - 24, middle - 7, 48, 14);
  pen.globalCompositeOperation = 'source-over';

  // A square on its corner.
  pen.translate(SIZE, 0);
  pen.beginPath();
  pen.moveTo(middle, 6);
  pen.lineTo(SIZE - 6, middle);
  pen.lineTo(middle, SIZE - 6);
  pen.lineTo(6, middle);
  pen.closePath();
  pen.fill();

  const places = NAMES.map(
    (name, at) => [name, { x: at * SIZE, y: 0, width: SIZE, height: SIZE, mask: true }] as const,
  );
  return { iconAtlas: canvas as unknown as string, iconMapping: Object.fromEntries(places) };
}
