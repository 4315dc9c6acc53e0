// stb_truetype as Dear ImGui ships it, compiled once (truetype.cpp) for ImGui and for the atlas.
#pragma once

#include <imstb_rectpack.h>
#include <imstb_truetype.h>
