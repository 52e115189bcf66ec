"""What the control tower draws, as paths and points: journeys on the map, the thread of what stands where."""
