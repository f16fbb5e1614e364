// Where the reference vectors are, and reading them.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <auklet/compiler/executor.hpp>

namespace auklet::compiler::test {

/// The folder `zoo` of the reference vectors: under $AUKLET_GOLDEN, else where CMake was told; none when there is none.
[[nodiscard]] std::optional<std::filesystem::path> golden_zoo();

/// A file's bytes; throws std::runtime_error when it cannot be read.
[[nodiscard]] Bytes read_bytes(const std::filesystem::path& path);

/// The sub-folders of `folder`, sorted.
[[nodiscard]] std::vector<std::filesystem::path> folders_of(const std::filesystem::path& folder);

/// The files prefix0.bin, prefix1.bin, … of a case, as many as there are.
[[nodiscard]] std::vector<Bytes> read_numbered(const std::filesystem::path& folder, const std::string& prefix);

/// Reads folder/model.tflite; throws std::runtime_error when it is refused.
[[nodiscard]] Model load_golden(const std::filesystem::path& folder);

/// Frames that a case feeds to one interpreter, one after the other in each file. Throws std::runtime_error when the
/// inputs are no whole number of frames.
[[nodiscard]] std::size_t steps_of(const Model& model, const std::vector<Bytes>& inputs);

/// Frame `step` of `steps` in each input.
[[nodiscard]] std::vector<std::span<const std::byte>> frame_of(const std::vector<Bytes>& inputs, std::size_t steps,
                                                               std::size_t step);

/// The networks of the zoo; single operators are in its folder `ops`.
inline constexpr std::array kGoldenNetworks = {"cfu_hps_74ops",
                                               "cfu_magic_wand",
                                               "cfu_mobilenetv2_160_035",
                                               "coral_keras_lstm_mnist_ptq",
                                               "coral_tf2_mobilenet_v2_224_ptq",
                                               "esphome_v1_alexa",
                                               "esphome_v2_hey_jarvis",
                                               "esphome_v2_vad",
                                               "mcunet_512kb_imagenet",
                                               "mltk_anomaly_detection",
                                               "mltk_image_example1",
                                               "mltk_keyword_spotting_on_off_v3",
                                               "mltk_rock_paper_scissors",
                                               "nxp_yolo_face_detect",
                                               "secda_dcgan_disc",
                                               "secda_simple_model",
                                               "synth_mbv3_hswish_64",
                                               "synth_mbv3_leaky_32x48",
                                               "synth_mobilebert_nonorm_s24h48",
                                               "synth_tinybert_ln_s16h32",
                                               "synth_unet_bilinear_24x40",
                                               "synth_unet_tconv_32",
                                               "tflm_hello_world",
                                               "tflm_keyword_scrambled_8bit",
                                               "tflm_micro_speech",
                                               "tflm_mnist_lstm_int8",
                                               "tflm_person_detect",
                                               "tiny_ad01",
                                               "tiny_kws_dscnn",
                                               "tiny_resnet8",
                                               "tiny_str_ww",
                                               "tiny_vww96",
                                               "tinyengine_lenet300",
                                               "tinyengine_person_detection"};

}  // namespace auklet::compiler::test
