#include <imgui.h>

// The packer's structures are part of stb_truetype's interface: both users must see the same ones.
#define STBRP_STATIC
#define STB_RECT_PACK_IMPLEMENTATION
#include <imstb_rectpack.h>

#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_malloc(size, user) ((void)(user), ImGui::MemAlloc(size))
#define STBTT_free(memory, user) ((void)(user), ImGui::MemFree(memory))
#include <imstb_truetype.h>
